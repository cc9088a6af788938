// A parameter with a default does not count.
exports.handler = async (event, context, limit = 10) => event.items.slice(0, limit);
