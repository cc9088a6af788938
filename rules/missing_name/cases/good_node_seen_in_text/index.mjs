import { sum, mean } from "./math.cjs";
import math from "./math.cjs";

export const handler = async () => 1;
