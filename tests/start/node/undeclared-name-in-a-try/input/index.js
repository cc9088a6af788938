function look() {
  let seen = "";
  try {
    undeclared;
  } catch (error) {
    seen = error.name;
  }
  return seen;
}
if (look() !== "ReferenceError") throw new Error("it is there");
exports.handler = async () => 1;
