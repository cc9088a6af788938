import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
const place = import.meta.resolve("./settings.json");
if (!place.startsWith("file:")) throw new Error("no URL");
new URL(place);
export const settings = JSON.parse(readFileSync(fileURLToPath(place), "utf8"));
export const handler = async () => settings;
