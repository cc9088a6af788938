const tables = require("tables");

module.exports = (event) => tables.render(event);
