function f(...a,) {}

exports.handler = async () => 1;
