const fs = require("node:fs");

const at = __dirname + "/letter.html";
const letter = fs.existsSync(at) ? fs.readFileSync(at, "utf8") : "";

exports.handler = async () => 1;
