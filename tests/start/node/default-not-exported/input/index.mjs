import math from "./math.mjs";
export const handler = async () => 1;
