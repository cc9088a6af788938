import { a } from "./a.mjs";
export const handler = async () => a();
