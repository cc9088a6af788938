class Stack extends Array {}
const doubled = Stack.from([1, 2]).map((n) => n * 2);
if (!(doubled instanceof Stack)) throw new Error("plain");
exports.handler = async () => 1;
