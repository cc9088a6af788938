import { find } from "#db";

export const handler = async (event) => find(event.id);
