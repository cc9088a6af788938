const sheets = require("sheets");

exports.handler = async (event) => {
  if (event.part) return sheets.part(event.part);
  return sheets.render(event);
};
