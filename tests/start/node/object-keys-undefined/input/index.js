Object.keys(undefined);

exports.handler = async () => 1;
