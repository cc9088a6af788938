exports.handler = async (event, context) => context.awsRequestId + event.key;
