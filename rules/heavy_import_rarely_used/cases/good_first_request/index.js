const sheets = require("sheets");

let book;
const books = new Map();

exports.handler = async (event) => {
  // The first request in each environment takes the branch.
  if (!book) {
    book = sheets.open(event);
    book.load();
  }
  return book.read(event);
};
