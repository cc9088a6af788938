import { sum, mean } from "./math.cjs";
export const handler = async () => 1;
