const count = require("node:os").cpus().length || 0;
const size = require("node:os").totalmem() ?? 0;
const few = count < 1 ? undefined.x : 1;
const none = size === 0 ? undefined.x : 1;
exports.handler = async () => few + none;
