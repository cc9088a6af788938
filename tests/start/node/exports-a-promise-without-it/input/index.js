module.exports = Promise.resolve({ other: async () => 1 });
