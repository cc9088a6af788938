import { sum } from "./all.cjs";
export const handler = async () => 1;
