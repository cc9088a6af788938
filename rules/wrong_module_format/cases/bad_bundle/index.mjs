var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
  get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
}) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported'); // ~ wrong-module-format
});
var __commonJS = (cb, mod) => function __require2() {
  return mod || (0, cb[Object.keys(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
};
var require_bus = __commonJS({
  "node_modules/bus/index.js"(exports, module) {
    var { EventEmitter } = __require("events");
    module.exports = new EventEmitter();
  }
});
var bus = require_bus();
export const handler = async () => bus.listenerCount("x");
