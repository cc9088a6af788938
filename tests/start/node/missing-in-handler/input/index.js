exports.handler = async () => require("ulid-x").ulid();
