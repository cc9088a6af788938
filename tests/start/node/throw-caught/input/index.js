function f() { throw new Error('x'); }
try { f(); } catch (e) { if (e.message !== 'x') throw e; }

exports.handler = async () => 1;
