const colors = require("colors");

module.exports = () => colors;
