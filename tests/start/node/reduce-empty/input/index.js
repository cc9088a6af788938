[].reduce((a, b) => a + b);

exports.handler = async () => 1;
