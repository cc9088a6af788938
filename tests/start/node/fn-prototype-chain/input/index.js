function A() {} A.prototype.f = function () { return 1; };
function B() { A.call(this); } B.prototype = Object.create(A.prototype); B.prototype.constructor = B;
if (new B().f() !== 1) throw new Error('x');

exports.handler = async () => 1;
