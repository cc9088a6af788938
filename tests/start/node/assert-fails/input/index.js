const assert = require("node:assert");
const limits = { day: 24 * 60 };
assert.strictEqual(limits.day, 1441);
exports.handler = async () => 1;
