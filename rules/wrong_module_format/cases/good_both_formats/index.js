// The package has a CommonJS variant, which is the one that `require` gets.
const shapes = require("shapes");

exports.handler = async () => shapes.area();
