import defer * as x from './a.mjs';

export const handler = async () => 1;
