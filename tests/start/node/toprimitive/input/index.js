const o = { [Symbol.toPrimitive]() { return 5; } };
if (o + 1 !== 6) throw new Error('x');

exports.handler = async () => 1;
