import { setTimeout as pause } from "node:timers/promises";

export const handler = async (event) => {
  const user = event.headers.user;
  await pause(20);
  return { body: `cart of ${user}` };
};
