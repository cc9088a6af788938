function* run() {
  function* steps() {
    try {
      yield 1;
      yield 2;
    } finally {
      log.push("f");
    }
  }
  const log = [];
  for (const step of steps()) {
    log.push(step);
    break;
  }
  yield log.join();
}
const [got] = run();
if (got !== "1,f") throw new Error(got);
exports.handler = async () => 1;
