class A { x = 1; f() { return this.x; } }
const { f } = new A();
f();

export const handler = async () => 1;
