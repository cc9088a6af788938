function invariant(c, m) { if (!c) throw new Error(m); }
invariant(1 + 1 === 2, 'math');

exports.handler = async () => 1;
