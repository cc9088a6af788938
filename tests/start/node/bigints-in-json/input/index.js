exports.text = JSON.stringify({ id: 5n });

exports.handler = async () => 1;
