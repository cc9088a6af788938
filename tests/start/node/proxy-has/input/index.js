const p = new Proxy({}, { has() { return true; } });
if (!('zzz' in p)) throw new Error('x');

exports.handler = async () => 1;
