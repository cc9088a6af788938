const o = { get a() { return 1; } };
o.a = 2;

export const handler = async () => 1;
