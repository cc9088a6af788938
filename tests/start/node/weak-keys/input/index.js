const cache = new WeakMap([[{}, 1]]);
let refused = 0;
try { cache.set('key', 1); } catch (e) { refused += e instanceof TypeError; }
try { new WeakSet([1]); } catch (e) { refused += e instanceof TypeError; }
if (refused !== 2) throw new Error(String(refused));

exports.handler = async () => 1;
