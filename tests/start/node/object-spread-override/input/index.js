const a = { x: 1, y: 2 }; const b = { ...a, x: 3 };
if (b.x !== 3 || b.y !== 2) throw new Error('x');

exports.handler = async () => 1;
