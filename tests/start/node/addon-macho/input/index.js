require('./a.node');

exports.handler = async () => 1;
