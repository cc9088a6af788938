import { readFile } from "node:fs/promises";
const letter = await readFile(new URL("./letter.html", import.meta.url), "utf8");
export const handler = async () => 1;
