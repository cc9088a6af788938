const path = require("path");
const settings = {};
exports.file = path.join("/tmp", settings.folder);
exports.handler = async () => 1;
