const units = Intl.supportedValuesOf("unit");
const more = ["collation", "numberingSystem", "currency"].map((key) => Intl.supportedValuesOf(key));
exports.handler = async () => [units, more];
