// What is handed on whole may be asked for anything.
const shapes = require("shapes");

exports.handler = async (event) => Object.keys(shapes).includes(event.shape) && shapes[event.shape](event);
