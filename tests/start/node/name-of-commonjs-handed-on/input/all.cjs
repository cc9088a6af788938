module.exports = require("./math.cjs");
