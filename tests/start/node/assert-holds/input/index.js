const assert = require("node:assert");
const limits = { day: 24 * 60 };
assert(limits.day > 0);
assert.strictEqual(limits.day, 1440);
exports.handler = async () => 1;
