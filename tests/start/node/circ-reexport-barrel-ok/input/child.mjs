import { Parent } from './index2.mjs';
export class Child extends Parent {}
