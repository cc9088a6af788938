class E extends Error {}
class F extends Error {}
try { throw new E('x'); } catch (e) { if (!(e instanceof F)) throw e; }

exports.handler = async () => 1;
