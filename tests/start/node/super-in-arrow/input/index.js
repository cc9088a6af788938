class A {}
class B extends A { constructor() { const f = () => super(); f(); this.x = 1; } }
new B();

exports.handler = async () => 1;
