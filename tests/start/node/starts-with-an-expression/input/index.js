const made = "abc".startsWith(/a/);
exports.handler = async () => made;
