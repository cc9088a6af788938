const a = require("./a");
exports.name = () => a.name;
