const log = [];
function* pages() { try { yield 1; } catch { log.push('caught'); } finally { log.push('f'); } }
for (const page of pages()) throw new Error(`page ${page}`);

exports.handler = async () => 1;
