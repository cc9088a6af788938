const a = require('./a.mjs');
if (a.default !== 1) throw new Error('x');

exports.handler = async () => 1;
