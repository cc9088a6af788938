import { eur } from "./rates.json" with { type: "json" };
export const handler = async () => eur;
