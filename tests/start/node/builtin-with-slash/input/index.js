const punycode = require("punycode/");
exports.handler = async () => 1;
