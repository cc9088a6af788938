const path = require("node:path"); // ~ wrong-module-format

export const handler = async (event) => path.basename(event.key);
