/{/u;

exports.handler = async () => 1;
