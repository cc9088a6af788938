const a = require("./a.js");
exports.handler = async () => 1;
