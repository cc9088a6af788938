const memo = (f, c = {}) => (n) => c[n] ?? (c[n] = f(n));
const sq = memo((n) => n * n);
if (sq(4) !== 16 || sq(4) !== 16) throw new Error('x');

exports.handler = async () => 1;
