const store = require("./models/UserStore");
exports.handler = async () => 1;
