const o = {};
o.a.b = 1;

exports.handler = async () => 1;
