function invariant(c, m) { if (!c) throw new Error(m); }
invariant([].length > 0, 'empty');

exports.handler = async () => 1;
