// A stream takes the third place... of a handler that says so.
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => stream.end(event.key));
