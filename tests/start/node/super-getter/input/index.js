class Price {
  #net = 10;
  get total() { return this.#net; }
}
class Gross extends Price {
  get total() { return super.total * 2; }
}
if (new Gross().total !== 20) throw new Error("total");
exports.handler = async () => 1;
