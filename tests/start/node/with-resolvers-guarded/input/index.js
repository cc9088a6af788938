const made = Promise.withResolvers ? Promise.withResolvers() : { promise: Promise.resolve(1) };
exports.handler = async () => 1;
