import a from './lib/a.js';
if (a.x !== 1) throw new Error('y');

export const handler = async () => 1;
