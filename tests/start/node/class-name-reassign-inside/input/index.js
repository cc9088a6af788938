class A { static f() { A = 1; } }
A.f();

exports.handler = async () => 1;
