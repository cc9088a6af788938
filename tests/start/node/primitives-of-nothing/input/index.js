const bare = { toString: undefined, valueOf: undefined };
exports.text = `${bare}`;

exports.handler = async () => 1;
