// `export *` hands it on.
import { mean } from "./math.mjs";

export const handler = async () => 1;
