const sheets = require("sheets"); // ~ heavy-import-rarely-used

exports.handler = async (event) => {
  try {
    return JSON.parse(event.body).rows;
  } catch {
    return sheets.render(event.body);
  }
};
