import { total } from "./orders/total.mjs";
export const handler = async () => 1;
