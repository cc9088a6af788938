require.cache[require.resolve('./a')] = { id: 'x', exports: { y: 5 }, loaded: true };
if (require('./a').y !== 5) throw new Error('x');

exports.handler = async () => 1;
