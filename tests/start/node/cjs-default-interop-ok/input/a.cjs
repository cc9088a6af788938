exports.__esModule = true;
exports.default = { f() {} };
