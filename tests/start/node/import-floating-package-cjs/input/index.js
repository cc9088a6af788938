import('not-there');

exports.handler = async () => 1;
