new RegExp('[b-a]');

exports.handler = async () => 1;
