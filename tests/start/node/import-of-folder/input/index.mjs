import { area } from "./lib";
export const handler = async () => 1;
