const { p1 } = require("shapes");

exports.handler = async () => p1.area();
