const lib = require("lib-x");
exports.handler = async () => 1;
