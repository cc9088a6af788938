const sheets = require("sheets"); // ~ heavy-import-rarely-used

exports.handler = async (event) => {
  for (const file of event.files) {
    if (file.type === "xlsx") {
      file.body = sheets.render(file.body);
    }
  }
  return event.files;
};
