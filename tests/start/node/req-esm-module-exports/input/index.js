const a = require('./a.mjs');
if (a !== 1) throw new Error('x');

exports.handler = async () => 1;
