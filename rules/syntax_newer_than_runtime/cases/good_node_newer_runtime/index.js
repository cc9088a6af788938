const { DatabaseSync } = require("node:sqlite");
const { promise } = Promise.withResolvers();
class Feed extends WebSocket {}

exports.handler = async () => 1;
