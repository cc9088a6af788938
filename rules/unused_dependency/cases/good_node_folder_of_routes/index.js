const path = require("node:path");
const { autoload } = require("autoload");

exports.handler = autoload({ dir: path.join(__dirname, "routes") });
