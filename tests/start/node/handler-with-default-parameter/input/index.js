exports.handler = async (event, context, limit = 3) => limit;
