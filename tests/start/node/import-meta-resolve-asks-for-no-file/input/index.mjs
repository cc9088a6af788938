const url = import.meta.resolve("./x.mjs");
export const handler = async () => url;
