import { Order } from "./order.mjs";

export const handler = async () => new Order().total();
