class Base { told() { return 1; } }
const made = new Base();
made.__proto__ = {};
made.told();
exports.handler = async () => 1;
