const id = Symbol("id");
const copy = { ...{ [id]: 7 } };
if (copy[id] !== 7 || Object.getOwnPropertySymbols(copy).length !== 1) throw new Error("lost");
exports.handler = async () => 1;
