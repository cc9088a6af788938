class A { static B = 1; }
if (A.B !== 1) throw new Error('x');

exports.handler = async () => 1;
