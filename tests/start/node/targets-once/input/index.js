let at = 0;
const list = [0, 0, 0];
list[at++] += 5;
list[at++] = at;
if (list.join() !== "5,2,0" || at !== 2) throw new Error(list.join());
exports.handler = async () => 1;
