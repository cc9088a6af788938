const o = { get x() { Object.defineProperty(this, 'x', { value: 4 }); return 4; } };
if (o.x !== 4 || o.x !== 4) throw new Error('x');

exports.handler = async () => 1;
