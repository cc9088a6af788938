module.parent.exports.handle = async () => 1;
