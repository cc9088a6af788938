exports.sum = 1;
