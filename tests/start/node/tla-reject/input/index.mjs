await Promise.reject(new Error('x'));

export const handler = async () => 1;
