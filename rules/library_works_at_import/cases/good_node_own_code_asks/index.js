const { version } = require("tasks");

// Own code asks for it: that is no work of the import.
const VERSION = version();

exports.handler = async (event) => ({ ...event, version: VERSION });
