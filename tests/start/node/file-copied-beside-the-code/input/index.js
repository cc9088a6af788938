const fs = require("node:fs");
fs.copyFileSync("state.json", "state.old.json");
exports.handler = async () => 1;
