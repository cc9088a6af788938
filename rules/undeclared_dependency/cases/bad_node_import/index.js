const colors = require("colors");  // ~ undeclared-dependency
const tables = require("tables");

exports.handler = async () => tables.render(colors);
