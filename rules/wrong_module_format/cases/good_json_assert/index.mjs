// Node 20 takes both ways to say it.
import rates from "./rates.json" assert { type: "json" };
import more from "./more.json" with { type: "json" };

export const handler = async () => [rates, more];
