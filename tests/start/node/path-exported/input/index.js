const v7 = require("ids-x/v7");
exports.handler = async () => 1;
