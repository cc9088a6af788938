let refused = "";
try {
  new WeakSet().add(1);
} catch (error) {
  refused = error.name;
}
if (refused !== "TypeError") throw new Error("taken");
exports.handler = async () => 1;
