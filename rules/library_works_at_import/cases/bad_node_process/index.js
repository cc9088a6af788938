const { task } = require("tasks"); // ~ library-works-at-import

exports.handler = async (event) => task(event);
