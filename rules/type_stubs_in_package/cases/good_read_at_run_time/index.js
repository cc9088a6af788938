exports.handler = async () => require("typescript");
