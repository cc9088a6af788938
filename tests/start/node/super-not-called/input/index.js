class A {}
class B extends A { constructor() { } }
new B();

exports.handler = async () => 1;
