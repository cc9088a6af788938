import { setTimeout as pause } from "node:timers/promises";

let client;
const known = {};

export const handler = async (event) => {
  client ??= await pause(5, "client");
  known[event.id] = event.value;
  await pause(20);
  return { body: client, value: known[event.id] };
};
