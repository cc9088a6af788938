const cfg = {};
console.log(cfg.db.host);

exports.handler = async () => 1;
