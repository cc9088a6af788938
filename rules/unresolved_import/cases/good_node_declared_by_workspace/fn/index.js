const lib = require("@x/lib");

exports.handler = async () => lib;
