const fs = require("node:fs");
exports.handler = async () => fs.readFileSync(__dirname + "/letter.html", "utf8");
