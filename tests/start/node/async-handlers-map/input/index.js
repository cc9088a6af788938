const routes = { async a() {}, b: async () => {} };
for (const k in routes) if (typeof routes[k] !== 'function') throw new Error(k);

exports.handler = async () => 1;
