const o = Object.freeze({ a: 1 });
delete o.a;

export const handler = async () => 1;
