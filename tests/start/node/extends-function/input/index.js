function f() {}
class A extends f {}
new A();

exports.handler = async () => 1;
