const shapes = require("shapes"); // ~ wrong-module-format

exports.handler = async () => shapes.area();
