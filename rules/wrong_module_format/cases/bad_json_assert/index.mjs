import rates from "./rates.json" assert { type: "json" }; // ~ wrong-module-format

export const handler = async () => rates;
