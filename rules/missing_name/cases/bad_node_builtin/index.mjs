import { glob } from "node:fs"; // ~ missing-name

export const handler = async () => 1;
