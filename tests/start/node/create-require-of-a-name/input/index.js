const { createRequire } = require("node:module");
const load = createRequire("lib");
exports.handler = async () => load;
