const f = () => {};
class A extends f {}

exports.handler = async () => 1;
