import { setTimeout as pause } from "node:timers/promises";

let user;
const lines = [];
const cart = { orders: [] };

export const handler = async (event) => {
  user = event.headers.user; // ~ mutable-module-state
  lines.push(event.line); // ~ mutable-module-state
  cart.orders.push(event.order); // ~ mutable-module-state
  await pause(20);
  return { body: `cart of ${user}: ${lines.length} of ${cart.orders}` };
};
