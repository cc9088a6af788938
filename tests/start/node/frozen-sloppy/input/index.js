const o = Object.freeze({ a: 1 });
o.a = 2;
if (o.a !== 1) throw new Error('x');

exports.handler = async () => 1;
