import { render } from "tables";

export const handler = async () => render();
