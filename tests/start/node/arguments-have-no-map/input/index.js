function given() { return arguments.map((value) => value + 1); }
given(1, 2);
exports.handler = async () => 1;
