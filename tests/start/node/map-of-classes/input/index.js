class A {} class B {}
const reg = { a: A, b: B };
for (const [n, C] of Object.entries(reg)) new C();

exports.handler = async () => 1;
