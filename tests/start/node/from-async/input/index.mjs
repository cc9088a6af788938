const list = await Array.fromAsync([1, 2]);
export const handler = async () => 1;
