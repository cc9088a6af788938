exports.text = Buffer.from([1, 2, 3]).toString('utf-9');

exports.handler = async () => 1;
