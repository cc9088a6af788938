const db = require("queries")({ client: "pg" });
const reports = () => require("queries")({ client: "mssql" });

exports.handler = async (event) => (event.reports ? reports() : db);
