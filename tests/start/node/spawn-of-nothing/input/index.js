const made = require("node:child_process").spawnSync(undefined);
exports.handler = async () => made;
