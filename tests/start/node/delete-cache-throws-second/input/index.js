require('./a');
delete require.cache[require.resolve('./a')];
require('./a');

exports.handler = async () => 1;
