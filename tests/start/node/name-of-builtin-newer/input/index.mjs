import { glob } from "node:fs";
export const handler = async () => 1;
