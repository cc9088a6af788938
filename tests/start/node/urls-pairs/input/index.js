exports.query = new URLSearchParams([['a', '1', '2']]);

exports.handler = async () => 1;
