const a = null;
a.b;

exports.handler = async () => 1;
