const cfg = {};
const h = cfg.db?.host;

exports.handler = async () => 1;
