const fs = require('fs');
if (!fs.existsSync(require('path').join(__dirname, 'schema.json'))) throw new Error('no schema');

exports.handler = async () => 1;
