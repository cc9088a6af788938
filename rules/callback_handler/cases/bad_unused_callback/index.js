// The runtime counts parameters; whether the callback is called does not matter.
exports.handler = async function (event, context, callback) { // ~ callback-handler
  return event.key;
};
