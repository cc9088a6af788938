new Promise(() => { throw new Error('x'); }).catch(() => {});

exports.handler = async () => 1;
