import './b.mjs';
const k = 1;
export function a() { return k; }
