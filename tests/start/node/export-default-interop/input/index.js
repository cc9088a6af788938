const a = require('./a');
a();

exports.handler = async () => 1;
