const it = { *[Symbol.iterator]() { yield 1; yield 2; } };
if ([...it].length !== 2) throw new Error('x');

exports.handler = async () => 1;
