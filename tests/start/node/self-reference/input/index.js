require('me/lib');

exports.handler = async () => 1;
