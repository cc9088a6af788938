const help = require("lib/help");
exports.handler = async () => 1;
