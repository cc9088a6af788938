const assert = require('node:assert');
assert.deepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] });
assert.throws(() => JSON.parse('{'), SyntaxError);
assert.match('orders-eu', /^orders-/);

exports.handler = async () => 1;
