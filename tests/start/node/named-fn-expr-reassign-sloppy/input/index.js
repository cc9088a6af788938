const g = function f() { f = 1; };
g();

exports.handler = async () => 1;
