const fs = require("node:fs");
fs.mkdirSync("cache/orders", { recursive: true });
exports.handler = async () => 1;
