const p = new Proxy({}, { get() { throw new Error('x'); } });
p.a;

exports.handler = async () => 1;
