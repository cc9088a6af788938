// The function that an adapter returns is the handler.
const adapt = (app) => (event, context, callback) => callback(null, app(event)); // ~ callback-handler

exports.handler = adapt((event) => event.key);
