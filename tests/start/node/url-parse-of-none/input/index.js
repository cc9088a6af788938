require("node:url").parse(true);
exports.handler = async () => 1;
