const key = Buffer.from('abcd', 'hex');
if (key.length !== 16) throw new RangeError('the key has to have 16 bytes');

exports.handler = async () => 1;
