const made = new Map(1);
exports.handler = async () => made;
