import { createRequire } from "node:module";

// The banner that bundles need.
const require = createRequire(import.meta.url);
const path = require("node:path");

export const handler = async (event) => path.basename(event.key);
