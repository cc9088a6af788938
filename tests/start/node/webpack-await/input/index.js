(() => {
  var modules = {
    1(module, exports, load) {
      load.a(module, async (wait, done) => {
        try {
          load.r(exports);
          const limit = await Promise.resolve(3);
          const handler = async () => limit;
          load.d(exports, { handler: () => handler });
          done();
        } catch (error) {
          done(error);
        }
      }, 1);
    },
  };
  const cache = {};
  function load(id) {
    if (cache[id] !== undefined) return cache[id].exports;
    const module = (cache[id] = { exports: {} });
    modules[id](module, module.exports, load);
    return module.exports;
  }
  const queues = Symbol("webpack queues"), exported = Symbol("webpack exports");
  load.a = (module, body) => {
    const exports = module.exports;
    let resolve, reject;
    const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
    promise[exported] = exports;
    promise[queues] = () => {};
    module.exports = promise;
    body(() => {}, (error) => (error ? reject(error) : resolve(exports)));
  };
  load.d = (exports, all) => {
    for (const key in all) Object.defineProperty(exports, key, { enumerable: true, get: all[key] });
  };
  load.r = (exports) => Object.defineProperty(exports, "__esModule", { value: true });
  module.exports = load(1);
})();
