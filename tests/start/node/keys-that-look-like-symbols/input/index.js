const actions = { "@@redux/INIT": 1, "@@iterator": 2 };
const inside = Object.keys(actions).length === 2 && JSON.stringify(actions).includes("redux");
if (!inside || "@@iterator" in [] || actions[Symbol.iterator] !== undefined) throw new Error("lost");
for (const key in actions) if (!actions[key].toFixed()) throw new Error("lost");
exports.handler = async () => ({ ...actions });
