const made = new Intl.NumberFormat("en", { style: "money" });
exports.handler = async () => made;
