for (;;) { try { throw new Error('x'); } finally { break; } }

exports.handler = async () => 1;
