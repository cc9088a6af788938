const b = require('./b');
exports.name = 'a';
