var __defProp = Object.defineProperty;
var __name = (target, value) => __defProp(target, "name", { value, configurable: true });
class A { static { __name(this, "A"); } }
function f() {} __name(f, "f");
if (f.name !== 'f') throw new Error('x');

exports.handler = async () => 1;
