import './a%20b.mjs';

export const handler = async () => 1;
