const o = {};
Object.defineProperty(o, 'a', { value: 1 });
o.a = 2;

export const handler = async () => 1;
