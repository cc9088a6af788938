const mk = () => { let n = 0; return { inc: () => ++n, get: () => n }; };
const c = mk(); c.inc(); c.inc();
if (c.get() !== 2) throw new Error('x');

exports.handler = async () => 1;
