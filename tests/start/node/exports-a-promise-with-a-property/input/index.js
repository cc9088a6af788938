const loaded = Promise.resolve({ other: async () => 1 });
loaded.handler = async () => 2;
module.exports = loaded;
