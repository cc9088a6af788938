import a from './a.cjs';
a.default.f();

export const handler = async () => 1;
