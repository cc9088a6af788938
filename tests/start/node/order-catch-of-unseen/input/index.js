let state = "fresh";
try {
  decodeURIComponent("%E0%A4%A");
  state = "read";
} catch {
  state = "refused";
}
if (state !== "refused") throw new Error(state);
exports.handler = async () => 1;
