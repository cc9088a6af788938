try { require("./a"); } catch { console.log("later"); }
const a = require("./a");
exports.handler = async () => 1;
