const log = [];
(async () => {
  log.push(1);
  await null;
  log.push(3);
})();
log.push(2);
if (log.join() !== "1,2") throw new Error(log.join());
export const handler = async () => 1;
