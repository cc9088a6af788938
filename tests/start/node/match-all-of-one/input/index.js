const made = "abc".matchAll(/b/);
exports.handler = async () => made;
