const fs = require("node:fs");
fs.appendFileSync("logs/orders.log", "a");
exports.handler = async () => 1;
