class Even { static [Symbol.hasInstance](n) { return n % 2 === 0; } }
if (!(2 instanceof Even)) throw new Error('x');

exports.handler = async () => 1;
