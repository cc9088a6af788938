let fast;
try {
  fast = require("fast-x");
} catch (error) {
  throw new Error("fast-x is needed", { cause: error }); // ~ import-error-raised
}

exports.handler = async () => 1;
