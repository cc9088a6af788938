const list = [1, 2;
exports.handler = async () => 1;
