const parts = { handler: async () => 1 };

module.exports = parts;
