exports.Orders = class {};
