require('p/internal/a');

exports.handler = async () => 1;
