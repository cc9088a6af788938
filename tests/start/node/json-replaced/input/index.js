const text = JSON.stringify({ a: 1, b: 'x', c: { a: 2 } }, (key, value) => (typeof value === 'number' ? value + 1 : value));
const read = JSON.parse('{"a":{"b":[1,2]}}', (key, value) => (typeof value === 'number' ? value * 2 : value));
if (text !== '{"a":2,"b":"x","c":{"a":3}}' || read.a.b[1] !== 4 || JSON.stringify({ a: 1, b: 2 }, ['b']) !== '{"b":2}') throw new Error(text);

exports.handler = async () => 1;
