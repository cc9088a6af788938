import { sum, mean } from "./math.mjs";
export const handler = async () => 1;
