const fs = require("fs");
require.extensions[".sql"] = (module, file) => {
  module.exports = fs.readFileSync(file, "utf8");
};
const value = require("./orders.sql");
exports.handler = async () => value;
