const made = require("node:crypto").createHmac("sha256", undefined);
exports.handler = async () => made;
