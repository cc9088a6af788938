function work() {
  using file = { [Symbol.dispose]() {} };
  return file;
}
exports.handler = async () => 1;
