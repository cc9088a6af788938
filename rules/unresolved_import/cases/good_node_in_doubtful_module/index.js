const os = require("node:os");

if (os.hostname().startsWith("worker")) {
  require("./tracing");
}

exports.handler = async (event) => event;
