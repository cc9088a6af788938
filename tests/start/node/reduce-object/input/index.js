const idx = [{ id: 'a' }, { id: 'b' }].reduce((acc, x) => { acc[x.id] = x; return acc; }, {});
if (!idx.a || !idx.b || idx.c) throw new Error('x');

exports.handler = async () => 1;
