const tables = require("tables");

exports.handler = async (event) => tables.render(event);
