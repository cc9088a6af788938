const made = Buffer.from(undefined);
exports.handler = async () => made;
