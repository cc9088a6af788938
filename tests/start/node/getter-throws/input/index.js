const o = { get a() { throw new Error('x'); } };
o.a;

exports.handler = async () => 1;
