const { n, inc } = require('./a');
inc();
if (n !== 0) throw new Error('x');

exports.handler = async () => 1;
