const settings = require("./settings.json");

const host = settings.database.host; // ~ error-at-load

exports.handler = async () => host;
