const o = { get a() { throw new Error('x'); } };
const { a } = o;

exports.handler = async () => 1;
