const made = Reflect.ownKeys(1);
exports.handler = async () => made;
