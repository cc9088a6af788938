const fs = require("node:fs");
const letter = fs.createReadStream("letter.html");
letter.resume();
exports.handler = async () => 1;
