export const handler = Promise.resolve(async () => 1);
