const shared = require("@shop/shared");
const tables = require("tables");

exports.handler = async () => shared(tables);
