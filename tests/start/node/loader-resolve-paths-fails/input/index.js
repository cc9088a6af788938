const file = require.resolve("./rates", { paths: [__dirname + "/lib"] });
const value = require(file);
exports.handler = async () => value;
