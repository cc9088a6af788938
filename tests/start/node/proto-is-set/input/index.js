const EventEmitter = require("node:events");
function Source() { EventEmitter.call(this); }
Source.prototype.__proto__ = EventEmitter.prototype;
function Sub() {}
Sub.__proto__ = { made: () => 1 };
const plain = { told: 1 };
plain.__proto__ = { more: () => 2 };
new Source().on("end", () => {});
exports.values = [Sub.made(), plain.more().toFixed(), Object.keys(plain).length.toFixed()];
exports.handler = async () => 1;
