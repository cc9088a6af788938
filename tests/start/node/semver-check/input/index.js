if (process.version < 'v22') throw new Error('needs 22');

exports.handler = async () => 1;
