const path = require("node:path");
export const handler = async () => 1;
