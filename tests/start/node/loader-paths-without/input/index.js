const value = require("ledger");
exports.handler = async () => value;
