const colors = require("colors");

exports.handler = async () => colors;
