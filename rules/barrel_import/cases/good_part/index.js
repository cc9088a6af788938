const p1 = require("shapes/p1");

exports.handler = async () => p1.area();
