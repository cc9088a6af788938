const Module = require("module");
const before = Module._load;
Module._load = function (request, ...rest) {
  return request === "virtual" ? 7 : before.call(this, request, ...rest);
};
const value = require("virtual");
exports.handler = async () => value;
