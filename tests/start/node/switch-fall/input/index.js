let s = '';
switch (2) { case 1: s += 'a'; case 2: s += 'b'; case 3: s += 'c'; break; default: s += 'd'; }
if (s !== 'bc') throw new Error('x');

exports.handler = async () => 1;
