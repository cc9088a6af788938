const o = Object.freeze({ a: { b: 1 } });
o.a.b = 2;

export const handler = async () => 1;
