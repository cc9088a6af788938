const before = require.extensions[".js"];
require.extensions[".js"] = function (module, file) {
  if (!file.endsWith("modern.js")) return before(module, file);
  module.exports = { value: 4 };
};
const { value } = require("./modern");
exports.handler = async () => value;
