function f() { return x; }
const x = 1;
f();

exports.handler = async () => 1;
