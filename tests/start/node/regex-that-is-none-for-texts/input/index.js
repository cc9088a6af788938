const pattern = /b/;
pattern[Symbol.match] = false;
if (!"abc/b/".includes(pattern)) throw new Error("not found");
Number.prototype[Symbol.iterator] = function* () { yield 1; };
const made = new Set(5), Generator = Object.getPrototypeOf(function* () {}).constructor;
const values = new Generator("yield 1");
exports.handler = async () => [made, values, BigInt("\ufeff1")];
