String(Symbol('x'));

exports.handler = async () => 1;
