if (process.env.NODE_ENV === "production") require("not-here");
exports.handler = async () => process.env.NODE_ENV ?? "none";
