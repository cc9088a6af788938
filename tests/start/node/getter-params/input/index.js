const o = { get a(x) { return 1; } };

exports.handler = async () => 1;
