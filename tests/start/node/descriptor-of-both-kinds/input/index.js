const made = Object.defineProperty({}, "x", { get() { return 1; }, value: 1 });
exports.handler = async () => made;
