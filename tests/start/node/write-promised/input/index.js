const fs = require("node:fs");
fs.promises.writeFile("orders.log", "a");
exports.handler = async () => 1;
