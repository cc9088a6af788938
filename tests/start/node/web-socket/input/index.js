class Feed extends WebSocket {}
exports.handler = async () => 1;
