const made = [
  decodeURIComponent("%25%C3%A9"), BigInt(" 12 "), BigInt("0x1F"), BigInt(true), Buffer.from(""), Buffer.from([]), Buffer.alloc(1.5),
  new Intl.NumberFormat("zz"), new Intl.NumberFormat("de-u-co-phonebk"), new Intl.NumberFormat("und"),
  new Intl.DateTimeFormat("en", { dateStyle: undefined }), require("node:crypto").createHash("RSA-SHA256"),
  require("node:crypto").createHmac("SHA-512", "k"), (1).toString(36.5), (1).toFixed(-0.5), (1).toPrecision(100),
  new Uint8Array(-0.5), structuredClone({ a: [1] }), Object.defineProperty(Object.preventExtensions({ x: 1 }), "x", { value: 2 }),
  Object.setPrototypeOf(Object.freeze({}), Object.prototype), Object.setPrototypeOf(1, {}), "a".localeCompare("b", []),
  "a".matchAll("a"), "a".replaceAll("a", "b"), Reflect.ownKeys([]), setTimeout(() => 1, "x").unref(),
];
exports.handler = async () => made.length;
