function f({ a } = {}) { return a; }
f();

exports.handler = async () => 1;
