exports.is = {} instanceof (() => 1);

exports.handler = async () => 1;
