class A { constructor() { if (new.target === A) throw new TypeError('abstract'); } }
class B extends A {}
new B();

exports.handler = async () => 1;
