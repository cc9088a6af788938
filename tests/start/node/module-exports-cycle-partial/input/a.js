exports.done = false;
const b = require('./b');
if (b.sawDone !== false) throw new Error('y');
exports.done = true;
