const parts = 'a,b;c'.split(/[,;]/);
if (parts.length !== 3) throw new Error('x');

exports.handler = async () => 1;
