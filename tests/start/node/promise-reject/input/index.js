Promise.reject(new Error('x'));

exports.handler = async () => 1;
