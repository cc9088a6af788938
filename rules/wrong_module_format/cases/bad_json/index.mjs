import rates from "./rates.json"; // ~ wrong-module-format

export const handler = async () => rates;
