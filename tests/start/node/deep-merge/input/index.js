const merge = (a, b) => { for (const k of Object.keys(b)) a[k] = typeof b[k] === 'object' && a[k] ? merge(a[k], b[k]) : b[k]; return a; };
const r = merge({ a: { x: 1 } }, { a: { y: 2 } });
if (r.a.x !== 1 || r.a.y !== 2) throw new Error('x');

exports.handler = async () => 1;
