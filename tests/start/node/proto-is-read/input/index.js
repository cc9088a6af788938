class Base { told() { return 1; } }
const made = new Base();
if (made.__proto__ !== Base.prototype || [].__proto__ !== Array.prototype) throw new Error("another");
if ("x".__proto__ !== String.prototype || Object.create(null).__proto__ !== undefined) throw new Error("another");
exports.limit = {}.__proto__.constructor.name.length + made.__proto__.told();
exports.handler = async () => 1;
