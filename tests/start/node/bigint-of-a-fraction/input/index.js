const made = BigInt(1.5);
exports.handler = async () => made;
