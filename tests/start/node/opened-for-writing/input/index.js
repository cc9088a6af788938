const fs = require("node:fs");
fs.openSync("orders.log", "a");
exports.handler = async () => 1;
