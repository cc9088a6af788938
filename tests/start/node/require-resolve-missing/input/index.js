const path = require.resolve("not-installed-thing");
exports.handler = async () => path;
