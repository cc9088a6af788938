if (true) function f() {}

exports.handler = async () => 1;
