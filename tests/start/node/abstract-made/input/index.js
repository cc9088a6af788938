class A { constructor() { if (new.target === A) throw new TypeError('abstract'); } }
new A();

exports.handler = async () => 1;
