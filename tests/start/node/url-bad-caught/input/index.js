try { new URL('foo'); } catch {}

exports.handler = async () => 1;
