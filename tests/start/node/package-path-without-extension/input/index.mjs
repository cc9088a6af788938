import pick from "tools-x/pick";
export const handler = async () => 1;
