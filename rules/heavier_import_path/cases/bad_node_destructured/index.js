const { area } = require("shapes"); // ~ heavier-import-path

exports.handler = async (event) => area(event.width, event.height);
