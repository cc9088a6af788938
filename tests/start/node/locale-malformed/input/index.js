const made = new Intl.NumberFormat("en_US");
exports.handler = async () => made;
