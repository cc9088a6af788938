if (1 + 1 === 2) process.exit(1);

exports.handler = async () => 1;
