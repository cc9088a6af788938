const req = (n) => { throw new Error(n); };
function f(a = req('a')) {}
f();

exports.handler = async () => 1;
