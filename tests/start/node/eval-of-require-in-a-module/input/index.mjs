const load = eval("require");
export const handler = async () => load("fs");
