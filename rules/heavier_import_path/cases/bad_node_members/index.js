const shapes = require("shapes"); // ~ heavier-import-path

exports.handler = async (event) => shapes.area(event.width, event.height);
