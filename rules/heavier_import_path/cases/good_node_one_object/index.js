// The index adds to the object that another file makes: that file alone gives less of the same.
const shapes = require("shapes");

exports.handler = async (event) => shapes.render(event.shape);
