const text = require("./greet/text");
exports.handler = async () => 1;
