process.env.NODE_PATH = __dirname + "/vendor";
const value = require("ledger");
exports.handler = async () => value;
