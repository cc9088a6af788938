const shared = require("../shared");

exports.handler = async () => shared();
