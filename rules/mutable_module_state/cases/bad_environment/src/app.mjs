import { setTimeout as pause } from "node:timers/promises";

export const handler = async (event) => {
  process.env.TENANT = event.tenant; // ~ mutable-module-state
  await pause(20);
  return { body: process.env.TENANT };
};
