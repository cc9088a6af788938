const x = 1;
try { x = 2; } catch {}

exports.handler = async () => 1;
