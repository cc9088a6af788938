await new Promise((r) => setTimeout(r, 5));

export const handler = async () => 1;
