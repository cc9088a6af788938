let table = "a";
var table = "b";
exports.handler = async () => 1;
