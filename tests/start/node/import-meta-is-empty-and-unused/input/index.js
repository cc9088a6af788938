const { fileURLToPath } = require("node:url");
const import_meta = {};
const here = import_meta.url ? fileURLToPath(import_meta.url) : __dirname;
exports.handler = async () => here;
