const made = new Function("a", "return (a");
exports.handler = async () => made;
