new RegExp('(');

exports.handler = async () => 1;
