const text = JSON.stringify({ a: [1, undefined, () => 1, null, NaN, "x\n"], b: undefined, 2: true, 1: -0, m: new Map([[1, 2]]), d: { toJSON: (key) => key } });
if (text !== '{"1":0,"2":true,"a":[1,null,null,null,null,"x\\n"],"m":{},"d":"d"}') throw new Error(text);
const wide = JSON.stringify({ a: [], b: [1, { c: 2 }] }, null, 2);
if (wide !== '{\n  "a": [],\n  "b": [\n    1,\n    {\n      "c": 2\n    }\n  ]\n}') throw new Error(wide);
exports.handler = async () => 1;
