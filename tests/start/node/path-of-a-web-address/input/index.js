const made = require("node:url").fileURLToPath("https://example.com/a");
exports.handler = async () => made;
