module.exports = (async () => {
  await null;
  return { handler: async () => 1 };
})();
