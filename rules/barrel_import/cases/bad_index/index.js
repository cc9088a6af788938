const { p1 } = require("shapes");  // ~ barrel-import

exports.handler = async () => p1.area();
