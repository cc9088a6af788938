const fs = require("node:fs");
fs.writeFile("orders.log", "a", (error) => {
  if (error) throw error;
});
exports.handler = async () => 1;
