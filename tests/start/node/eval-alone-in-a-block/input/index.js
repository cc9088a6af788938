function count() { { eval("var found = 2;"); return found; } }
try { eval("var x = 5"); x.toFixed(); } finally { count(); }
if (count() !== 2) throw new Error("not seen");
(() => (eval("var seen = 1"), seen.toFixed()))();
exports.handler = async () => x;
