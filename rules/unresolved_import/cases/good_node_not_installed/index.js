const tables = require("tables");
const alias = require("tables-old");

exports.handler = async (event) => tables.render(alias.render(event));
