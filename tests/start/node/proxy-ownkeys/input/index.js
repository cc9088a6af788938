const p = new Proxy({}, { ownKeys() { return ['a', 'b']; }, getOwnPropertyDescriptor() { return { enumerable: true, configurable: true }; } });
if (Object.keys(p).length !== 2) throw new Error('x');

exports.handler = async () => 1;
