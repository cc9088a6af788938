const fs = require("node:fs");
if (!fs.existsSync("logs")) fs.mkdirSync("logs");
exports.handler = async () => 1;
