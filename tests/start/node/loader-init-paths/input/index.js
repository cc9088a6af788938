process.env.NODE_PATH = __dirname + "/vendor";
require("module").Module._initPaths();
const value = require("ledger");
exports.handler = async () => value;
