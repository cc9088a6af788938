const cfg = { db: { host: 'a' } };
const h = cfg.db.host;

exports.handler = async () => 1;
