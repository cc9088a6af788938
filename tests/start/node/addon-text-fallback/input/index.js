let n; try { n = require('./a.node'); } catch (e) { n = require('./fallback'); }
if (!n.ok) throw new Error('x');

exports.handler = async () => 1;
