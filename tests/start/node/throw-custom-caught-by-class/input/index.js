class E extends Error {}
try { throw new E('x'); } catch (e) { if (!(e instanceof E)) throw e; }

exports.handler = async () => 1;
