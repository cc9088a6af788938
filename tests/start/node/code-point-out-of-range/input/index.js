const made = String.fromCodePoint(0x110000);
exports.handler = async () => made;
