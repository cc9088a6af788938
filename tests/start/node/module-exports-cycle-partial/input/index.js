const a = require('./a');
if (a.done !== true) throw new Error('x');

exports.handler = async () => 1;
