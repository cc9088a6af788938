for (const x of [1, 2]) { x; }

exports.handler = async () => 1;
