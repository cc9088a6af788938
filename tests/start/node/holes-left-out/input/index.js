let count = 0;
[, 1, , 2].forEach(() => count++);
const a = [1, 2, 3];
delete a[1];
if (count !== 2 || new Array(3).map((_, i) => i)[0] !== undefined || Object.keys(a).join() !== '0,2' || 1 in a) throw new Error('holes');
if ([...new Array(2)].map((_, i) => i).join() !== '0,1' || [, 1].findIndex((x) => x === undefined) !== 0) throw new Error('filled');

exports.handler = async () => 1;
