import { area } from "./lib.js";

export const handler = async () => area();
