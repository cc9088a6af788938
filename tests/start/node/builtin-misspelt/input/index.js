const crypto = require("node:cyrpto");
exports.handler = async () => 1;
