const x = 1 as const;

exports.handler = async () => 1;
