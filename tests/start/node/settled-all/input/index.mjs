const all = await Promise.allSettled([import("./help.mjs"), import("./there.mjs")]);
export const handler = async () => 1;
