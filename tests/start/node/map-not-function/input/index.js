[1].map(5);

exports.handler = async () => 1;
