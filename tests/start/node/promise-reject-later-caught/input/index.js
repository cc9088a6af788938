const p = Promise.reject(new Error('x'));
p.catch(() => {});

exports.handler = async () => 1;
