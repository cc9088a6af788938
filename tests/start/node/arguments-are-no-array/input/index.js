function first() {
  if (Array.isArray(arguments)) throw new Error("array");
  return arguments[0];
}
if (first(1) !== 1) throw new Error("first");
exports.handler = async () => 1;
