require('./a'); require('./a');
if (global.count !== 1) throw new Error('x');

exports.handler = async () => 1;
