(() => {
  var lib = { handler: async () => 1 };
  globalThis.app = lib;
})();
