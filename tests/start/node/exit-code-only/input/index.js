process.exitCode = 3;

exports.handler = async () => 1;
