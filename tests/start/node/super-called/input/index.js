class A {}
class B extends A { constructor() { super(); this.x = 1; } }
new B();

exports.handler = async () => 1;
