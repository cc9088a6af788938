const d = (x) => x;
@d class A {}

exports.handler = async () => 1;
