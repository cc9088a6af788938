import { area } from "./lib/area";
export const handler = async () => 1;
