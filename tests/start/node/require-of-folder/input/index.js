const { area } = require("./lib");
exports.handler = async () => 1;
