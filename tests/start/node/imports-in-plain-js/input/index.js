import { join } from "node:path";
export const handler = async () => join("a", "b");
