import { sum, mean } from "./math.mjs"; // ~ missing-name

export const handler = async () => 1;
