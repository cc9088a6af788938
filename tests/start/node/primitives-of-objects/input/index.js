class Money { constructor(n) { this.n = n; } valueOf() { return this.n; } toString() { return `$${this.n}`; } }
const a = new Money(3);
if (a + 1 !== 4 || `${a}` !== '$3' || a > 5 || [a, 1].join() !== '$3,1') throw new Error(`${a}`);
const t = { [Symbol.toPrimitive]: (hint) => hint };
if (`${t}` + (t + '') !== 'stringdefault' || !Number.isNaN(+t)) throw new Error('hints');
if (String(Symbol('x')) + Symbol('y').description !== 'Symbol(x)y' || String(new RangeError('z')) !== 'RangeError: z') throw new Error('texts');
if ((1234.5678).toExponential(2) + (0.000012).toPrecision(1) + 1e21 + (0.5).toString(2) !== '1.23e+30.000011e+210.1') throw new Error('numbers');

exports.handler = async () => 1;
