var fs = [];
for (var i = 0; i < 3; i++) fs.push(() => i);
if (fs[0]() === 3) throw new Error('x');

exports.handler = async () => 1;
