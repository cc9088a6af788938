function wrap(inner) {
  const outer = function (...given) { return inner.apply(this, given); };
  for (const key of Object.getOwnPropertyNames(inner)) {
    const found = Object.getOwnPropertyDescriptor(inner, key);
    if (found.configurable) Object.defineProperty(outer, key, found);
  }
  return outer;
}
const own = (made, key) => Object.getOwnPropertyDescriptor(made, key);
if (own(class {}, "prototype").writable || !own(function () {}, "prototype").writable) throw new Error("writable");
if (own(Object.freeze({ a: 1 }), "a").writable || !own({ a: 1 }, "a").configurable) throw new Error("frozen");
const inner = (() => { "use strict"; return function () {}; })();
if (Object.getOwnPropertyNames(inner).length !== 3) throw new Error("strict");
exports.handler = wrap(function (event) { return event; });
