require('./a');
delete require.cache[require.resolve('./a')];
require('./a');
if (global.count !== 2) throw new Error('x');

exports.handler = async () => 1;
