let fast;
try {
  fast = require("fast-x");
} catch (error) {
  process.exit(1); // ~ import-error-raised
}

exports.handler = async () => 1;
