const help = await import("./help.mjs").catch(() => null);
export const handler = async () => 1;
