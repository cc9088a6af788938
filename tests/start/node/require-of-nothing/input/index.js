const made = require(undefined);
exports.handler = async () => made;
