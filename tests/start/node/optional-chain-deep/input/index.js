const a = {};
const v = a?.b?.c.d.e;

exports.handler = async () => 1;
