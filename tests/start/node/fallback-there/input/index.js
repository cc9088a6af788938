let fast;
try { fast = require("fast-x"); } catch { fast = require("./slow"); }
exports.handler = async () => 1;
