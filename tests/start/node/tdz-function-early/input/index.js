f();
const x = 1;
function f() { return x; }

exports.handler = async () => 1;
