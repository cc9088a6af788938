const o = { a() {} };
o.b();

exports.handler = async () => 1;
