const made = require("node:assert").fail("never");
exports.handler = async () => made;
