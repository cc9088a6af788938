const fs = [];
for (let i = 0; i < 3; i++) fs.push(() => i);
if (fs[0]() !== 0) throw new Error('x');

exports.handler = async () => 1;
