const save = require("./save");
save("cache.json", { a: 1 });
exports.handler = async () => 1;
