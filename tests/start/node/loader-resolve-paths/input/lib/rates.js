exports.vat = 19;
