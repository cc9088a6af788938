const tables = require("tables");
const log = tables.logger({ transport: { target: "pretty-log" } });

exports.handler = async (event) => log.info(event);
