const made = Object.defineProperty(Object.freeze({}), "x", { value: 1 });
exports.handler = async () => made;
