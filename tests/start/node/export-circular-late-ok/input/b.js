const a = require('./a');
a.name.length;
