const Module = require("module");
const fs = require("fs");
Module._extensions[".graphql"] = function (module, file) {
  module.exports = fs.readFileSync(file, "utf8");
};
const value = require("./schema");
exports.handler = async () => value;
