const a = { b: {} };
const v = a?.b.c.d;

exports.handler = async () => 1;
