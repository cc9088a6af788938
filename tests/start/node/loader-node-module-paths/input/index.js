const Module = require("module");
const before = Module._nodeModulePaths;
Module._nodeModulePaths = function (from) {
  return before.call(this, from).concat(__dirname + "/vendor");
};
const value = require("./next");
exports.handler = async () => value;
