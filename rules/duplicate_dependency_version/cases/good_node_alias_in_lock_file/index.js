const colors = require("colors");
const old = require("old-colors");

exports.handler = async () => [colors, old];
