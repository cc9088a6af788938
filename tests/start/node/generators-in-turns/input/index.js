const log = [];
function* steps() { try { log.push('a'); yield 1; log.push('b'); yield 2; } finally { log.push('f'); } }
for (const step of steps()) { log.push(step); if (step === 2) break; }
if (log.join('') !== 'a1b2f') throw new Error(log.join(''));
function* numbers() { for (let n = 0; ; n++) yield n; }
const [zero, one] = numbers();
let sum = 0;
for (const n of numbers()) { if (n > 4) break; sum += n; }
if (zero !== 0 || one !== 1 || sum !== 10) throw new Error(String(sum));
function* both() { const got = yield* inner(); yield got; }
function* inner() { yield 1; return 2; }
if ([...both()].join() !== '1,2') throw new Error('delegates');
steps();
if (log.length !== 5) throw new Error('began');

exports.handler = async () => 1;
