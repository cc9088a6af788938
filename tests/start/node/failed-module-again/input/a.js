module.exports = require("./c");
