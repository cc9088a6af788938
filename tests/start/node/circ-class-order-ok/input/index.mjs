import './b.mjs';

export const handler = async () => 1;
