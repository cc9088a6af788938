class A {}
A();

exports.handler = async () => 1;
