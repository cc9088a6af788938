const lib = { count: 1 };
eval("lib.count += 1; exports.handler = async () => lib.count;");
if (lib.count !== 2) throw new Error("not run");
