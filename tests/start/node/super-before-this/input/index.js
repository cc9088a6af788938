class Base {}
class Order extends Base {
  constructor() {
    this.id = 1;
    super();
  }
}
exports.order = new Order();
exports.handler = async () => 1;
