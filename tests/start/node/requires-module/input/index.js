const { area } = require("shapes");
exports.handler = async () => area(2);
