const curry = (f) => (a) => (b) => f(a, b);
if (curry((a, b) => a + b)(1)(2) !== 3) throw new Error('x');

exports.handler = async () => 1;
