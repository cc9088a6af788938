// `typeof` of a name that is not there is no error.
const load = typeof require === "function" ? require : undefined;
const here = typeof __dirname === "undefined" ? import.meta.dirname : __dirname;

export const handler = async () => [load, here];
