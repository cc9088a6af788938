let fast;
try { fast = require("fast-x"); } catch { fast = require("slow-x"); }
exports.handler = async () => 1;
