import { task } from "tasks"; // ~ library-works-at-import

export const handler = async (event) => task(event);
