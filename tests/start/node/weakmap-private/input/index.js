const p = new WeakMap();
class A { constructor() { p.set(this, { n: 1 }); } get n() { return p.get(this).n; } }
if (new A().n !== 1) throw new Error('x');

exports.handler = async () => 1;
