function f() { try { throw new Error('x'); } finally { return 1; } }
f();

exports.handler = async () => 1;
