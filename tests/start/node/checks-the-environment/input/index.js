const { cleanEnv, str, port } = require("envalid");
const env = cleanEnv(process.env, { API_KEY: str(), PORT: port({ default: 3000 }) });
exports.handler = async () => 1;
