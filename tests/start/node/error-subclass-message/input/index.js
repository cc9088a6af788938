class AppError extends Error { constructor(m, code) { super(m); this.code = code; this.name = this.constructor.name; } }
const e = new AppError('a', 5);
if (e.message !== 'a' || e.code !== 5 || e.name !== 'AppError') throw new Error('x');

exports.handler = async () => 1;
