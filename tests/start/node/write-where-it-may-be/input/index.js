const fs = require("node:fs");
const os = require("os");
const path = require("path");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "orders-"));
fs.writeFileSync(path.join(folder, "a.json"), "{}");
fs.mkdirSync(path.join(folder, "logs"), { recursive: true });
fs.mkdirSync("data", { recursive: true });
try {
  fs.writeFileSync("orders.log", "a");
} catch {
  fs.writeFileSync("/dev/null", "a");
}
fs.writeFile("orders.log", "a", (error) => console.log(error && error.code));
fs.promises.writeFile("orders.log", "a").catch(() => {});
fs.createWriteStream("orders.log").on("error", () => {});
fs.createWriteStream(null, { fd: 1 });
fs.openSync("data/rates.txt");
process.chdir(folder);
fs.writeFileSync("b.json", "{}");
exports.handler = async () => 1;
