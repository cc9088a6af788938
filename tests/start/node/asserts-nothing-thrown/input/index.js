require('node:assert').throws(() => JSON.parse('{}'));

exports.handler = async () => 1;
