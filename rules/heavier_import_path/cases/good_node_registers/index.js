// The index tells `render` of its shapes: asked alone, it would know none.
const { render } = require("shapes");

exports.handler = async (event) => render(event.shape);
