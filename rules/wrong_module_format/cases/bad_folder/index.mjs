import { join } from "node:path";

const templates = join(__dirname, "templates"); // ~ wrong-module-format

export const handler = async () => templates;
