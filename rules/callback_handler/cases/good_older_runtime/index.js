// nodejs22.x still calls back.
exports.handler = (event, context, callback) => callback(null, event.key);
