const only = require("routes-only");

module.exports = () => only.render();
