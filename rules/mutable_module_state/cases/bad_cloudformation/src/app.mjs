import { setTimeout as pause } from "node:timers/promises";

let user;

export const handler = async (event) => {
  user = event.headers.user; // ~ mutable-module-state
  await pause(20);
  return { body: `cart of ${user}` };
};
