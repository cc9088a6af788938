import './b.mjs';
export function a() { return 1; }
