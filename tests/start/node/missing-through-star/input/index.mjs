export * from "./more.mjs";
export const handler = async () => 1;
