function* g() { yield 1; throw new Error('x'); }
for (const x of g()) { break; }

exports.handler = async () => 1;
