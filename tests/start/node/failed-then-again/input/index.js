try { require('./a'); } catch {}
require('./a');

exports.handler = async () => 1;
