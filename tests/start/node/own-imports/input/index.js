const a = require("#lib/a");
exports.handler = async () => 1;
