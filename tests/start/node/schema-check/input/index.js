const schema = { id: 'string', n: 'number' };
const value = { id: 'a', n: 'b' };
for (const [k, t] of Object.entries(schema)) if (typeof value[k] !== t) throw new TypeError(`${k} is no ${t}`);

exports.handler = async () => 1;
