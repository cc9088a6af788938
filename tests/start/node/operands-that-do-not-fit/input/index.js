let refused = false;
try {
  1n + 1;
} catch {
  refused = true;
}
if (!refused) throw new Error("added");
exports.handler = async () => 1;
