import rates from "./rates.json";
export const handler = async () => rates;
