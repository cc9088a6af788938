exports.area = 1;
