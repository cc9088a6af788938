let err; for (const f of ['a.node']) { try { module.exports = require('./' + f); break; } catch (e) { err = e; } }
if (err) throw err;

exports.handler = async () => 1;
