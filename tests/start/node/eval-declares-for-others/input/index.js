eval("var limit = 3;");
exports.limit = limit + 1;
exports.handler = async () => 1;
