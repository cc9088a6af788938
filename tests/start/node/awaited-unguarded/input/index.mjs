const help = await import("./help.mjs");
export const handler = async () => 1;
