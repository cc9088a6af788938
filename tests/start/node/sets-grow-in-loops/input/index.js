const seen = new Set([1]);
for (const n of seen) if (n < 5) seen.add(n + 1);
if (seen.size !== 5) throw new Error(String(seen.size));

exports.handler = async () => 1;
