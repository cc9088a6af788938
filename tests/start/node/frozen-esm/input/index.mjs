const o = Object.freeze({ a: 1 });
o.a = 2;

export const handler = async () => 1;
