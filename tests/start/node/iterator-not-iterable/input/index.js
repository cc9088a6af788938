for (const x of {}) { }

exports.handler = async () => 1;
