exports.line = 'ab'.padEnd(2 ** 30);

exports.handler = async () => 1;
