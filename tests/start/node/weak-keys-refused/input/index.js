new WeakMap().set('key', 1);

exports.handler = async () => 1;
