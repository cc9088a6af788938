require('me/other');

exports.handler = async () => 1;
