const list = new Array(3).map((_, i) => i);
if (list[0] !== undefined) throw new Error("mapped");
let seen = 0;
[, 1, , 2].forEach(() => { seen += 1; });
if (seen !== 2) throw new Error("holes");
exports.handler = async () => 1;
