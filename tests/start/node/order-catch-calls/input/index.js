let failures = 0;
const fail = () => { failures += 1; };
try {
  new Intl.NumberFormat("en", { style: "nope" });
} catch {
  fail();
}
if (failures !== 1) throw new Error("not refused");
exports.handler = async () => 1;
