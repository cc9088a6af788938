const fs = require('fs'), path = require('path');
for (const f of fs.readdirSync(path.join(__dirname, 'mods'))) require('./mods/' + f);

exports.handler = async () => 1;
