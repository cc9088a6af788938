const start = new Date('2024-13-45');
exports.start = start.toISOString();

exports.handler = async () => 1;
