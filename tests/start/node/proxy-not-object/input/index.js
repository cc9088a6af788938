new Proxy(1, {});

exports.handler = async () => 1;
