import rates from "./rates.json" with { type: "json" };
export const handler = async () => rates;
