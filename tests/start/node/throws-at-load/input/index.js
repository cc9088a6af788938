const pending = require("node:fs");
throw new Error("not finished");
exports.handler = async () => 1;
