new A();
class A {}

exports.handler = async () => 1;
