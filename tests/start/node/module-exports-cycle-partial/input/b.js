exports.sawDone = require('./a').done;
