import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const tables = require("tables");
const font = require.resolve("fonts");

export const handler = async (event) => tables.render(event, font);
