try { await Promise.reject(new Error('x')); } catch {}

export const handler = async () => 1;
