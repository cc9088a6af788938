const settings = require("./settings.json");

const host = settings.database?.host ?? "local";
let port;
try {
  port = settings.database.port;
} catch {
  port = 80;
}

exports.handler = async () => [host, port];
