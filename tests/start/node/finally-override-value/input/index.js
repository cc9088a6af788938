function f() { try { return 1; } finally { return 2; } }
if (f() === 1) throw new Error('x');

exports.handler = async () => 1;
