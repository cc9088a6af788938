const made = new (require("node:events"))().on("done");
exports.handler = async () => made;
