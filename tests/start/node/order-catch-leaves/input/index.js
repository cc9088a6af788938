function digest(kind) {
  try {
    return require("crypto").createHash(kind) ? "known" : "none";
  } catch {
    return "unknown kind";
  }
}
if (digest("zzz") !== "unknown kind") throw new Error("digest");
exports.handler = async () => 1;
