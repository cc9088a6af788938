{
  function pick() { return 1; }
  function pick() { return 2; }
}
exports.handler = async () => 1;
