try { } finally { throw new Error('x'); }

exports.handler = async () => 1;
