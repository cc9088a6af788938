require('./a');

exports.handler = async () => 1;
