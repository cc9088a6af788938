import { A } from './a.mjs';
export class B extends A {}
