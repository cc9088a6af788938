const compose = (...fs) => (x) => fs.reduceRight((v, f) => f(v), x);
if (compose((x) => x + 1, (x) => x * 2)(5) !== 11) throw new Error('x');

exports.handler = async () => 1;
