import { join } from "node:path";
const at = join(__dirname, "x");
export const handler = async () => 1;
