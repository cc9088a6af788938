const made = require("node:crypto").createHash("sha257");
exports.handler = async () => made;
