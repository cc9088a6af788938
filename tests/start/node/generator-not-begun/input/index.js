function* names() {
  yield require("./names");
}
const all = names();
exports.handler = async () => 1;
