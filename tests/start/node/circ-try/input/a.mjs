import './b.mjs';
export const x = 1;
