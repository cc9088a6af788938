const base = { greet() { return this.n; } };
const o = Object.assign(Object.create(base), { n: 2 });
if (o.greet() !== 2) throw new Error('x');

exports.handler = async () => 1;
