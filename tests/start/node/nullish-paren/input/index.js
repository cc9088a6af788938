const x = (null || 1) ?? 2;

exports.handler = async () => 1;
