const made = "x".normalize("NFX");
exports.handler = async () => made;
