function first(a) {
  arguments[0] = 2;
  return a;
}
if (first(1) !== 2) throw new Error("first");
exports.handler = async () => 1;
