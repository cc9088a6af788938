const x = undefined;
x();

exports.handler = async () => 1;
