import './a.mjs';

export const handler = async () => 1;
