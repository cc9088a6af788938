const made = new Symbol("x");
exports.handler = async () => made;
