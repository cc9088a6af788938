class Registry { constructor() { this.map = new Map(); } add(n, f) { if (this.map.has(n)) throw new Error('dup ' + n); this.map.set(n, f); } }
const r = new Registry();
r.add('a', 1);
r.add('a', 2);

exports.handler = async () => 1;
