const colors = require("tables-colors");

exports.handler = async (event) => colors.render(event);
