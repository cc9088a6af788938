const made = Object.defineProperty({}, "x", 1);
exports.handler = async () => made;
