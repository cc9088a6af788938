import rates from "./rates.json" assert { type: "json" };
export const handler = async () => rates;
