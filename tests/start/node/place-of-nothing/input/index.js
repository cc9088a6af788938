require("node:fs").appendFileSync(true, "loading\n");
exports.handler = async () => 1;
