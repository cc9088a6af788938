const { task } = require("tasks");

// The library starts nothing before it is asked.
exports.handler = async (event) => task(event);
