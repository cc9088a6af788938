exports.name = 'a';
const b = require('./b');
