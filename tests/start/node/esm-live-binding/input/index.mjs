import { n, inc } from './a.mjs';
inc();
if (n !== 1) throw new Error('x');

export const handler = async () => 1;
