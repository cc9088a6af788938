const { seal } = require("cipher");
exports.handler = async () => seal();
