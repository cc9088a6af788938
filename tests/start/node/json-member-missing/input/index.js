const c = require('./c.json');
c.db.host;

exports.handler = async () => 1;
