module.exports = require("colors");
