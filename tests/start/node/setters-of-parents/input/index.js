class A { set v(x) { this.kept = x; } static s = 1; }
class B extends A { set v(x) { super.v = x + 1; } get v() { return this.kept; } static t = super.s + 1; }
const b = new B();
b.v = 1;
if (b.v !== 2 || B.t !== 2) throw new Error(String(b.v));

exports.handler = async () => 1;
