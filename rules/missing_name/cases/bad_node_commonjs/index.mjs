import { sum } from "./math.cjs"; // ~ missing-name

export const handler = async () => 1;
