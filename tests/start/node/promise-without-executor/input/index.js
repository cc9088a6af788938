const made = new Promise();
exports.handler = async () => made;
