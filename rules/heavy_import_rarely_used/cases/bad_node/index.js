const sheets = require("sheets"); // ~ heavy-import-rarely-used

const count = (event) => ({ rows: event.rows.filter(Boolean).length });

exports.handler = async (event) => {
  if (event.format === "xlsx") {
    return sheets.render(event);
  }
  return count(event);
};
