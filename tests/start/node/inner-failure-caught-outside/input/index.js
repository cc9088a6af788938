let a = null;
try { a = require("./a"); } catch { a = {}; }
exports.handler = async () => 1;
