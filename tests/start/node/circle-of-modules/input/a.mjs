import { b } from "./b.mjs";
export function a() { return b; }
