const colors = require("colors");
const tables = require("tables");

exports.handler = async () => tables.render(colors);
