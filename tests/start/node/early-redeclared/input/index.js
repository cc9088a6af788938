const path = require("path");
const __dirname = path.resolve();
exports.handler = async () => 1;
