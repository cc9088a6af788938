const seen = [];
const attempt = (run) => {
  try {
    run();
    seen.push("ok");
  } catch (error) {
    seen.push(error.name + (error.code ? `:${error.code}` : ""));
  }
};
attempt(() => decodeURIComponent("%zz"));
attempt(() => BigInt("1x"));
attempt(() => Buffer.from(null));
attempt(() => (1).toString(99));
attempt(() => "x".normalize("x"));
attempt(() => Symbol() + "");
attempt(() => decodeURIComponent("%41"));
if (seen.join() !== "URIError,SyntaxError,TypeError:ERR_INVALID_ARG_TYPE,RangeError,RangeError,TypeError,ok") throw new Error(seen.join());
exports.handler = async () => 1;
