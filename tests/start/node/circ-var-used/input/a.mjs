import './b.mjs';
export var a = { n: 1 };
