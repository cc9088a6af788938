const K = Symbol('k');
const o = { [K]: { v: 1 } };
o[K].v;

exports.handler = async () => 1;
