const x = 1;
function f() { x = 2; }
f();

exports.handler = async () => 1;
