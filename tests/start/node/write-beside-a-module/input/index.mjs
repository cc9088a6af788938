import { writeFile } from "node:fs/promises";
await writeFile(new URL("./orders.log", import.meta.url), "a");
export const handler = async () => 1;
