async function f() { try { await import('./nope.mjs'); } catch {} }
f();

exports.handler = async () => 1;
