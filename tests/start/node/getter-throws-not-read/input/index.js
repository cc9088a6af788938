const o = { get a() { throw new Error('x'); } };

exports.handler = async () => 1;
