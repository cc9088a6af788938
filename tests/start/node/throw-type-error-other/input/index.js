try { null.x; } catch (e) { if (!(e instanceof RangeError)) throw e; }

exports.handler = async () => 1;
