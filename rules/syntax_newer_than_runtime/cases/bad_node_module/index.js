const { DatabaseSync } = require("node:sqlite"); // ~ syntax-newer-than-runtime

exports.handler = async () => 1;
