exports.sum = 1;
module.exports.mean = 2;
