import { area } from "./lib/area"; // ~ unresolved-import

export const handler = async () => area();
