exports.handler = async () => require("./catalog.json");
