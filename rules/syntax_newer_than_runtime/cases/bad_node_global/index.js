class Feed extends WebSocket {} // ~ syntax-newer-than-runtime

exports.handler = async () => 1;
