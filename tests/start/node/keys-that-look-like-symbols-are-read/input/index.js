const table = { "@@state": null };
const [key] = Object.keys(table);
table[key].x;
exports.handler = async () => 1;
