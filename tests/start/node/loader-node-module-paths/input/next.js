module.exports = require("ledger");
