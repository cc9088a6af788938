const queue = [1];
for (const item of queue) if (item < 4) queue.push(item + 1);
if (queue.length !== 4) throw new Error("queue");
exports.handler = async () => 1;
