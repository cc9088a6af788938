const x = -2 ** 2;

exports.handler = async () => 1;
