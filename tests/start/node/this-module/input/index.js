if (this !== module.exports) throw new Error('x');

exports.handler = async () => 1;
