const { cleanEnv, str } = require("envalid");
const env = cleanEnv(process.env, { AWS_LAMBDA_FUNCTION_NAME: str(), STAGE: str({ default: "dev" }) });
exports.handler = async () => 1;
