const log = [];
function* steps() {
  log.push("a");
  yield 1;
  log.push("b");
  yield 2;
}
const [first] = steps();
log.push("c");
if (log.join("") !== "ac" || first !== 1) throw new Error(log.join(""));
exports.handler = async () => 1;
