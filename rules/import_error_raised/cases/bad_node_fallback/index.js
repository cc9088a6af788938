let fast;
try {
  fast = require("fast-x");
} catch {
  fast = require("slow-x"); // ~ import-error-raised
}

exports.handler = async () => 1;
