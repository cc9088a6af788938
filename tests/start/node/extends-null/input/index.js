class A extends null {}

exports.handler = async () => 1;
