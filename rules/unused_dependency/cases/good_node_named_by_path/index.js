const formats = {};
// The request is known only when the handler asks for a format.
for (const [name, request] of [["pretty", "pretty-log/sync"], ["table", "tables"]]) {
  Object.defineProperty(formats, name, { get: () => require(request) });
}

exports.handler = async (event) => formats[event.format].render(event);
