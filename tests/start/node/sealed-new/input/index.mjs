const o = Object.seal({ a: 1 });
o.a = 3;
o.b = 2;

export const handler = async () => 1;
