import { b } from './b.mjs';
export let a = 1;
