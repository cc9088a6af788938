import './b.mjs';
export class A {}
