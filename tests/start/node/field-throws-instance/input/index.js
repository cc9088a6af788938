class A { x = (() => { throw new Error('x'); })(); }
new A();

exports.handler = async () => 1;
