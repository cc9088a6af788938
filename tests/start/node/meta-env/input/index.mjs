import.meta.env.VITE_X;

export const handler = async () => 1;
