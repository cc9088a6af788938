const fs = require("fs");
const path = require("path");
module.exports = (name, data) => fs.writeFileSync(path.join(__dirname, name), JSON.stringify(data));
