const M = (Base) => class extends Base { m() { return 1; } };
class A {}
class B extends M(A) {}
if (new B().m() !== 1) throw new Error('x');

exports.handler = async () => 1;
