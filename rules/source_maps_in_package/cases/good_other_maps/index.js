const shapes = require("shapes");
exports.handler = async () => shapes.area();
