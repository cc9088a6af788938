import math from "./math.cjs";
const { sum } = math;
export const handler = async () => 1;
