const made = setTimeout("run()");
exports.handler = async () => made;
