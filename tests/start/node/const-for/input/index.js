for (const i = 0; i < 2; i++) { }

exports.handler = async () => 1;
