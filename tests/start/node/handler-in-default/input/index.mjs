export default { handler: async () => 1 };
