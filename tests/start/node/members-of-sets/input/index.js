exports.names = new Set(['a', 'b']).map((name) => name);

exports.handler = async () => 1;
