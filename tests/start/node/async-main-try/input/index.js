(async () => { try { await Promise.reject(new Error('x')); } catch {} })();

exports.handler = async () => 1;
