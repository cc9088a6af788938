const made = decodeURIComponent("%");
exports.handler = async () => made;
