const one = await Promise.resolve(1);
export const handler = async () => one;
