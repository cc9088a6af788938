const { promise, resolve } = Promise.withResolvers();
resolve(1);
exports.handler = async () => 1;
