exports.handler = async (event) => require(`@acme/client-${event.kind}`).run(event);
