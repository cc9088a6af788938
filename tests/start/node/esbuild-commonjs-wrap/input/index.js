var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() { return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports; };
var require_a = __commonJS({ "a.js"(exports, module) { module.exports = { v: 7 }; } });
var a = require_a();
if (a.v !== 7) throw new Error('x');

exports.handler = async () => 1;
