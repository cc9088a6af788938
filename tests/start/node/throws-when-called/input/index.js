function fail() {
  throw new Error("not finished");
}
exports.handler = async () => fail();
