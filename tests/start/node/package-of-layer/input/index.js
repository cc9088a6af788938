const kit = require("kit-x");
exports.handler = async () => 1;
