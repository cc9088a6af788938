import './b.mjs';
export default { x: 1 };
