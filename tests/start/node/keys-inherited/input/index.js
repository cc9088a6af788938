function Plan() {}
Plan.prototype.limit = 1;
const names = [];
for (const name in new Plan()) names.push(name);
if (names.join() !== "limit") throw new Error(names.join());
exports.handler = async () => 1;
