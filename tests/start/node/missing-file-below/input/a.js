module.exports = require("./b");
