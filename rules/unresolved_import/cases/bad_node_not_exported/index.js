const v4 = require("ids-x/v4"); // ~ unresolved-import

exports.handler = async () => 1;
