class A {}
class B extends A { f() { super.g(); } }
new B().f();

exports.handler = async () => 1;
