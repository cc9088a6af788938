const x = x + 1;

exports.handler = async () => 1;
