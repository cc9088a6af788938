(function () { eval("var found = 2;"); })();
exports.limit = found;
exports.handler = async () => 1;
