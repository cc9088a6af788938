import { area } from "shapes"; // ~ heavier-import-path

export const handler = async (event) => area(event.width, event.height);
