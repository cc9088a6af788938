import "./sale.mjs";

export class Order {
  total() {
    return 1;
  }
}
