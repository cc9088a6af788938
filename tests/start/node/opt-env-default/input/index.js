const { TABLE = 'x' } = process.env;
if (TABLE.length < 0) throw new Error('y');

exports.handler = async () => 1;
