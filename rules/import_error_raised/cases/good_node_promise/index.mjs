// The promise is taken care of.
const fast = await import("fast-x").catch(() => null);

export const handler = async () => 1;
