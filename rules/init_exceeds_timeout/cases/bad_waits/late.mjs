const pause = (ms) => new Promise((resolve) => setTimeout(() => resolve(), ms));

await pause(14000);

export const handler = async () => 1;
