{ x; let x = 1; }

exports.handler = async () => 1;
