const path = require("path");
if (path.normalize("a//b/../c/") !== "a/c/") throw new Error("normalize");
if (path.relative("/a/b/c", "/a/d") !== "../../d") throw new Error("relative");
exports.handler = async () => 1;
