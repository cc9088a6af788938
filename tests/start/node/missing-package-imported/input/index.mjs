import { ulid } from "ulid-x";
export const handler = async () => 1;
