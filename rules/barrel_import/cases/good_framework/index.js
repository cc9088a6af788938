const app = require("shapes");

exports.handler = async () => app();
