class Order {
  id = 1;
  #secret = 2;
  secret() { return this.#secret; }
}
const order = new Order();
if (Object.keys(order).join() !== "id") throw new Error("keys");
if (JSON.stringify({ ...order, "#secret": 3 }) !== '{"id":1,"#secret":3}') throw new Error("json");
if (order.secret() !== 2) throw new Error("secret");
exports.handler = async () => 1;
