import { mean } from "./math.mjs";
export const handler = async () => 1;
