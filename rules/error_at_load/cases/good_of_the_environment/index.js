// The variable may be set where the function runs.
const table = process.env.TABLE_NAME;
if (!table) {
  throw new Error("TABLE_NAME is not set");
}
const name = table.toLowerCase();

exports.handler = async () => name;
