import a from './a.cjs';
a.f();

export const handler = async () => 1;
