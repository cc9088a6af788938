new URL('foo');

exports.handler = async () => 1;
