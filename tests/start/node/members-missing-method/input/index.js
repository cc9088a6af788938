exports.found = [3, 1, 2].contains(3);

exports.handler = async () => 1;
