import { readFileSync } from "node:fs";

// The bundle lies one folder higher than the source did.
const version = JSON.parse(readFileSync(new URL("../package.json", import.meta.url))).version; // ~ missing-data-file

export const handler = async () => 1;
