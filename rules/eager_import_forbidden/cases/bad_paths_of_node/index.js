const fp = require("lodash/fp"); // ~ eager-import-forbidden
const pdf = require("./lib/pdf"); // ~ eager-import-forbidden

exports.handler = async (event) => pdf.make(fp.map(event));
