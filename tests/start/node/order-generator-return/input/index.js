function* numbers() { yield 1; yield 2; }
const it = numbers();
it.next();
it.return(7);
if (it.next().done !== true) throw new Error("goes on");
exports.handler = async () => 1;
