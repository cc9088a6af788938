const req = (n) => { throw new Error(n); };
function f(a = req('a')) {}
f(1);

exports.handler = async () => 1;
