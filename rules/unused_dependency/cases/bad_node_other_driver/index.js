const db = require("queries")({ client: "a" });

exports.handler = async () => db;
