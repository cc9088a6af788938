"use strict";
function _interop_require_default(obj) { return obj && obj.__esModule ? obj : { default: obj }; }
function _export(target, all) { for (var name in all) Object.defineProperty(target, name, { enumerable: true, get: Object.getOwnPropertyDescriptor(all, name).get }); }
_export(exports, { get a() { return a; }, get b() { return b; } });
const a = 1; const b = 2;

exports.handler = async () => 1;
