import('./nope.mjs');

exports.handler = async () => 1;
