const log = [];
async function load() {
  log.push(1);
  await null;
  log.push(2);
}
await load();
log.push(3);
if (log.join() !== "1,2,3") throw new Error(log.join());
export const handler = async () => 1;
