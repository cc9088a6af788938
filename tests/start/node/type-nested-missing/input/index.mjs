import a from './lib/a.js';

export const handler = async () => 1;
