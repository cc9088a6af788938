// What is not here may hand it on; that it is not here is another finding.
import { mean } from "./math.mjs";

export const handler = async () => 1;
