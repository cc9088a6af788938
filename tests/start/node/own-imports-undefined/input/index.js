const b = require("#other");
exports.handler = async () => 1;
