import { a } from './a.mjs';
export const b = () => a + 1;
b();
