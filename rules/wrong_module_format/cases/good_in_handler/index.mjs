// It fails when it is called, not during Init.
export const handler = async (event) => require("node:path").basename(event.key);
