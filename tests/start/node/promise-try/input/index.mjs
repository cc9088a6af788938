const one = await Promise.try(() => 1);
export const handler = async () => 1;
