found: { if (true) break found; throw new Error('x'); }

exports.handler = async () => 1;
