const handler = async () => 1;
module.exports = Promise.resolve({ handler });
