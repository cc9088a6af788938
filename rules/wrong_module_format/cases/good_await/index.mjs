const config = await Promise.resolve({});

export const handler = async () => config;
