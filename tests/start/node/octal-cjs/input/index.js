const x = 010;
if (x !== 8) throw new Error('y');

exports.handler = async () => 1;
