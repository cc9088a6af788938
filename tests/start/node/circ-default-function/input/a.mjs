import './b.mjs';
export default function () { return 1; }
