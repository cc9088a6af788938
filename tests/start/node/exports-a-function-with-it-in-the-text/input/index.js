module.exports = async () => 1;
module.exports.handler = async () => 2;
