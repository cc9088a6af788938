const tables = require("tables"); // ~ unresolved-import

exports.handler = async (event) => tables.render(event);
