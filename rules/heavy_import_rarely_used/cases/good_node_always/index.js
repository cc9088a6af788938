const sheets = require("sheets");

exports.handler = async (event) => {
  const book = sheets.open(event);
  if (event.format === "xlsx") {
    return sheets.render(book);
  }
  return book;
};
