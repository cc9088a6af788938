for (var i = 0 in {}) {}

exports.handler = async () => 1;
