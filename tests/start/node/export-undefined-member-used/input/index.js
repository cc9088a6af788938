const { helper } = require('./a');
helper();

exports.handler = async () => 1;
