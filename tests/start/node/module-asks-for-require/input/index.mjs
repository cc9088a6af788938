const load = typeof require === "function" ? require : (name) => name;
export const handler = async () => load("x");
