import { Order } from "./order.mjs";

export class Sale extends Order {} // ~ error-at-load
