const value = require("./orders.sql");
exports.handler = async () => value;
