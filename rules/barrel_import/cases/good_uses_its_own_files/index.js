// One function in many files: none of them is of use by itself.
const framework = require("framework");

exports.handler = framework();
