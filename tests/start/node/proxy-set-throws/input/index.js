const p = new Proxy({}, { set() { throw new Error('x'); } });
p.a = 1;

exports.handler = async () => 1;
