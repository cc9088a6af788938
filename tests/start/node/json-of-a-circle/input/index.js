const order = { id: 1 };
order.self = order;
const text = JSON.stringify(order);
exports.handler = async () => text;
