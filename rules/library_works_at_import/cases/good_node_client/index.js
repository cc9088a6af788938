const { task } = require("tasks");

// A client of this SDK is cheap to make, and shared by all requests.
exports.handler = async (event) => task(event);
