const total = [1n, 2n, 3n].reduce((a, b) => a + b, 0n);
if (total !== 6n || 7n / 2n !== 3n || 2n ** 64n !== 18446744073709551616n || !(5n > 4) || 2n != 2) throw new Error('bigint');
if (`${10n}` + typeof 1n + BigInt('0x1f') + BigInt(7) !== '10bigint317' || -5n % 3n !== -2n) throw new Error('texts');
let id = 1n;
id++;
if (id !== 2n || (255n).toString(16) !== 'ff') throw new Error('step');

exports.handler = async () => 1;
