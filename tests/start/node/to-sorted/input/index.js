const list = [2, 1].toSorted();
exports.handler = async () => 1;
