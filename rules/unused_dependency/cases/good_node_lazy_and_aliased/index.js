const db = require("#db");
const resolved = require.resolve("colors/package.json");

exports.handler = async (event) => {
  const tables = await import("old-tables");
  return require(`./routes/${event.name}`)(db, tables, resolved);
};
