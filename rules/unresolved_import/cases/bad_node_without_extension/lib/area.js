module.exports.area = () => 1;
