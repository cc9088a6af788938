const limits = Object.freeze({ orders: 10 });
limits.orders = 20; // ~ error-at-load

export const handler = async () => limits.orders;
