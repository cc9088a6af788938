let seen = "";
outer: for (const i of [0, 1, 2]) {
  for (const j of [0, 1, 2]) {
    if (j === 1) continue outer;
    seen += i;
  }
}
if (seen !== "0") throw new Error(seen);
exports.handler = async () => 1;
