const text = JSON.stringify({ a: 1, b: [2] });
if (text !== '{"a":1,"b":[3]}') throw new Error("differs");
exports.handler = async () => 1;
