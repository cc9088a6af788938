const { A } = require('./a');
class B extends A {}
module.exports = { B };
