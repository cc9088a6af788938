const fs = require('fs');
const c = JSON.parse(fs.readFileSync(__dirname + '/c.json', 'utf8'));
c.db.host;

exports.handler = async () => 1;
