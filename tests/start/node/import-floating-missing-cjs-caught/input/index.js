import('./nope.mjs').catch(() => {});

exports.handler = async () => 1;
