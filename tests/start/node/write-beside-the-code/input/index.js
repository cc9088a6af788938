const fs = require("node:fs");
fs.writeFileSync("orders.log", "a");
exports.handler = async () => 1;
