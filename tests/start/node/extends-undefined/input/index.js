const lib = {};
class A extends lib.Base {}

exports.handler = async () => 1;
