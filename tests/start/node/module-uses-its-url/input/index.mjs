import { fileURLToPath } from "node:url";
const at = fileURLToPath(new URL(".", import.meta.url));
export const handler = async () => 1;
