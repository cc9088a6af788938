import "node:fs";
module.exports = { handler: async () => 1 };
