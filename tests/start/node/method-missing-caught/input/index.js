const o = { a() {} };
try { o.b(); } catch (e) { }

exports.handler = async () => 1;
