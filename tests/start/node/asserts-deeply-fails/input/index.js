require('node:assert').deepStrictEqual({ a: [1, 2] }, { a: [1, 3] });

exports.handler = async () => 1;
