const x = 1;
x = 2;

exports.handler = async () => 1;
