exports.limit = 10n * 5;

exports.handler = async () => 1;
