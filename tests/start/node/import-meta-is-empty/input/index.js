const { fileURLToPath } = require("node:url");
const import_meta = {};
const here = fileURLToPath(import_meta.url);
exports.handler = async () => here;
