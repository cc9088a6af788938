const v4 = require("ids-x/v4");
exports.handler = async () => 1;
