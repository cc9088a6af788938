async function prepare() {
  return require("./help");
}
prepare();
exports.handler = async () => 1;
