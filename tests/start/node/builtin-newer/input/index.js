const { DatabaseSync } = require("node:sqlite");
exports.handler = async () => 1;
