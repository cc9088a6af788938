await Promise.race([new Promise(() => {}), Promise.resolve(1)]);

export const handler = async () => 1;
