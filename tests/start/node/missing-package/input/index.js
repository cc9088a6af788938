const { ulid } = require("ulid-x");
exports.handler = async () => 1;
