exports.handler = (event, context, callback) => callback(null, event.key); // ~ callback-handler
