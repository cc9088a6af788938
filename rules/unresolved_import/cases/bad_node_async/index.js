async function prepare() {
  return require("./help"); // ~ unresolved-import
}

// Nothing takes the rejection.
prepare();

exports.handler = async () => 1;
