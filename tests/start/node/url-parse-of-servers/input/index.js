const { parse } = require("node:url");
if (parse("http://a.com").href !== "http://a.com/") throw new Error("no slash");
if (parse("gopher://a.b").pathname !== "/") throw new Error("scheme");
if (parse("redis://u:p@h:6379").href !== "redis://u:p@h:6379") throw new Error("written otherwise");
exports.handler = async () => 1;
