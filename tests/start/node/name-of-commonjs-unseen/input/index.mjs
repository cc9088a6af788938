import { sum } from "./math.cjs";
export const handler = async () => 1;
