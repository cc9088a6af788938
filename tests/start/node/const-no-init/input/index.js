const x;

exports.handler = async () => 1;
