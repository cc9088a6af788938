const file = require.resolve("./rates", { paths: [__dirname + "/lib"] });
const value = require(file);
if (value.vat !== 19) throw new Error("other rates");
exports.handler = async () => value;
