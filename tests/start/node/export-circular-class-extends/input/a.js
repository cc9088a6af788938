const { B } = require('./b');
class A {}
module.exports = { A };
