const it = { [Symbol.iterator]() { let i = 0; return { next: () => ({ done: i >= 3, value: i++ }) }; } };
let s = 0;
for (const v of it) s += v;
if (s !== 3) throw new Error('x');

exports.handler = async () => 1;
