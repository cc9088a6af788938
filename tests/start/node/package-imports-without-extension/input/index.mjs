import { Table } from "orm-x";
export const handler = async () => 1;
