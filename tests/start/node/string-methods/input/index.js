const t = 'Ab'.toLocaleLowerCase();
if (t !== 'ab') throw new Error('x');

exports.handler = async () => 1;
